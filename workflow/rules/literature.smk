"""Literature: our fits held against what others published, on their designs.

reads   config/literature.yaml, config/zou-hastie.yaml, config/htt.yaml
writes  results/literature/medians.csv   medians of Zou and Hastie (2005) beside ours
        results/literature/orders.csv    which of two methods is better, theirs and ours
        results/literature/findings.csv  findings of Hastie et al. (2020), by signal-to-noise ratio
        results/literature/summary.csv   a row a finding
        results/literature/report.md     all of it to read; also printed

Run it by `snakemake literature`; no verdict depends on it.
"""

PUBLISHED, PEERS = or_end(load_literature)
PEER_SHARDS = {
    name: {shard.key: shard for shard in shards(study, {})} for name, study in PEERS.items()
}
for found in PEER_SHARDS.values():
    ALL_SHARDS |= found


rule literature:
    """Compare our fits with published medians and findings, and print the comparison."""
    input:
        zou_hastie=peer_fits("zou_hastie"),
        hastie=peer_fits("hastie"),
    output:
        medians="results/literature/medians.csv",
        orders="results/literature/orders.csv",
        findings="results/literature/findings.csv",
        summary="results/literature/summary.csv",
        report="results/literature/report.md",
    log:
        f"{LOGS}/literature.log",
    benchmark:
        f"{TIMES}/literature.tsv"
    conda:
        CONDA
    params:
        published=PUBLISHED.model_dump(mode="json"),
        cells={name: [cell.spec for cell in cells(study)] for name, study in PEERS.items()},
        seed=PEERS["hastie"].seed,
        code=code("literature.py"),
        versions=NUMERICS,
    script:
        "../scripts/literature.py"
