// The page is whole without this: search, filters, sorting and deep links on top of its table.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const table = document.querySelector("table.claims");
  const form = document.querySelector("form.controls");
  const groups = [...table.querySelectorAll("tbody.group")];
  const claims = [...table.querySelectorAll("tbody.claim")].map((body, place) => ({
    body,
    place,
    details: body.querySelector("details"),
    text: fold([body.dataset.name, groupTitle(body), ...[...body.querySelectorAll(
      ".c-claim, .c-verdict, .where, .places",
    )].map((part) => part.textContent)].join(" ")),
  }));
  const verdicts = [...form.querySelectorAll("input[name=verdict]")];
  const order = verdicts.map((box) => box.value);

  function fold(words) {
    return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ");
  }

  function groupTitle(body) {
    const head = groups.find((group) => group.dataset.group === body.dataset.group);
    return head ? head.textContent : "";
  }

  // Every word has to be there, in any order.
  function show() {
    const words = fold($("find").value).split(" ").filter(Boolean);
    const wanted = verdicts.filter((box) => box.checked).map((box) => box.value);
    let shown = 0;
    for (const { body, text } of claims) {
      const fits = (!$("group").value || body.dataset.group === $("group").value)
        && (!wanted.length || wanted.includes(body.dataset.verdict))
        && words.every((word) => text.includes(word));
      body.hidden = !fits;
      shown += fits;
    }
    const sorted = $("order").value !== "place";
    for (const group of groups) {
      group.hidden = sorted || !claims.some(
        ({ body }) => !body.hidden && body.dataset.group === group.dataset.group,
      );
    }
    $("none").hidden = shown > 0;
    const of = shown === claims.length ? "" : `${shown} of `;
    $("shown").textContent = `${of}${claims.length} claims`;
  }

  const by = {
    place: (a, b) => a.place - b.place,
    name: (a, b) => (a.body.dataset.name < b.body.dataset.name ? -1 : 1),
    verdict: (a, b) => order.indexOf(a.body.dataset.verdict) - order.indexOf(b.body.dataset.verdict),
  };
  for (const key of ["effect", "holds", "robustness"]) by[key] = (a, b) => value(b, key) - value(a, key);

  // What has no value stands last.
  function value({ body }, key) {
    return body.dataset[key] === "" ? -1e300 : Number(body.dataset[key]);
  }

  function sort() {
    const compare = by[$("order").value];
    const sorted = [...claims].sort((a, b) => compare(a, b) || a.place - b.place);
    for (const { body } of sorted) table.append(body);
    if ($("order").value === "place") {
      for (const group of groups) {
        claims.find(({ body }) => body.dataset.group === group.dataset.group).body.before(group);
      }
    }
    show();
  }

  function reset() {
    form.reset();
    sort();
    $("find").focus();
  }

  // A link to a claim shows it, whatever is filtered, and opens it.
  function follow() {
    const name = location.hash.slice(1);  // names have no letter that is encoded
    const claim = claims.find(({ body }) => body.dataset.name === name);
    for (const { body } of claims) body.classList.toggle("found", claim?.body === body);
    if (!claim) return;
    if (claim.body.hidden) {
      form.reset();
      sort();
    }
    claim.details.open = true;
    claim.body.scrollIntoView({ block: "start" });
    claim.details.querySelector("summary").focus({ preventScroll: true });
  }

  for (const { details, body } of claims) {
    details.addEventListener("toggle", () => {
      if (details.open && details.contains(document.activeElement)) {
        history.replaceState(null, "", `#${body.dataset.name}`);
      }
    });
    body.querySelector("a").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      details.open = !details.open;
      if (details.open) history.replaceState(null, "", `#${body.dataset.name}`);
    });
  }

  function openAll(open) {
    for (const { body, details } of claims) if (!body.hidden) details.open = open;
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => (event.target === $("order") ? sort() : show()));
  $("show-all").addEventListener("click", reset);
  $("show-all-too").addEventListener("click", reset);
  $("open-all").addEventListener("click", () => openAll(true));
  $("close-all").addEventListener("click", () => openAll(false));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      $("find").focus();
    }
    if (event.key === "Escape" && event.target === $("find") && $("find").value) {
      $("find").value = "";
      show();
    }
  });
  window.addEventListener("hashchange", follow);
  form.hidden = false;
  sort();  // a browser may have kept what was chosen before a reload
  // The browser goes to the fragment itself while it loads, and takes the focus away.
  window.addEventListener("load", () => requestAnimationFrame(follow));
})();
