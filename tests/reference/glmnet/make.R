# Write glmnet's solutions of the data sets in a folder, by default this script's:
#
#     Rscript tests/reference/glmnet/make.R [folder]
#
# Reads every <name>.csv (columns w, y, z, x1, ...: see make_inputs.py) and writes
# <name>.gaussian.csv, the fits of y, and <name>.binomial.csv, those of z: a row per fit, with 17
# digits. VERSIONS.txt says what made them.
#
# Our penalty is lambda (l1_ratio |b|_1 + (1 - l1_ratio)/2 |b|^2) beside half the weighted mean
# squared error or the weighted mean negative log-likelihood. glmnet divides a Gaussian y by s, its
# standard deviation (without an intercept its root mean square), solves, and multiplies by s. Its
# ridge term is therefore lambda (1 - alpha)/(2 s) |b|^2: our problem has another lambda and alpha
# there. The binomial objective is ours as it is.
#
# standardize = TRUE with intercept = FALSE is left out: glmnet 4.1 divides columns by their spread
# around the mean even then, we by their root mean square, and that is another problem.

suppressPackageStartupMessages(library(glmnet))

# Bound of the largest squared step of a sweep. At 1e-14 the steps are still 1e-7, and KKT residuals
# of up to 2e-6 of lambda_max were measured on these data; at 1e-24 they are below 2e-11.
THRESH <- 1e-24
N_LAMBDAS <- 12

# With these a path ends only after its last lambda.
glmnet.control(fdev = 0, devmax = 1)

designs <- rbind(
  expand.grid(l1_ratio = c(1, 0.5, 0.1), standardize = c(TRUE, FALSE), intercept = TRUE),
  expand.grid(l1_ratio = c(1, 0.5), standardize = FALSE, intercept = FALSE)
)

# From lambda_max, where the null model is optimal, down.
grid <- function(X, y, w, family, design) {
  average <- function(v) sum(w * v) / sum(w)
  null <- if (family == "binomial") 0.5 else 0
  if (design$intercept) null <- average(y)
  spread <- rep(1, ncol(X))
  if (design$standardize) spread <- apply(X, 2, function(x) sqrt(average((x - average(x))^2)))
  top <- max(abs(apply(X, 2, function(x) average(x * (y - null)))) / spread) / design$l1_ratio
  floor <- if (nrow(X) > ncol(X)) 1e-3 else 2e-2
  top * floor^(seq(0, N_LAMBDAS - 1) / (N_LAMBDAS - 1))
}

fit <- function(X, y, w, family, design) {
  lambda <- grid(X, y, w, family, design)
  s <- 1
  if (family == "gaussian") {  # the response as glmnet sees it has scale 1
    centre <- if (design$intercept) sum(w * y) / sum(w) else 0
    s <- sqrt(sum(w * (y - centre)^2) / sum(w))
  }
  l1 <- design$l1_ratio
  l2 <- s * (1 - design$l1_ratio)
  path <- glmnet(X, y,
    family = family, weights = w, alpha = l1 / (l1 + l2), lambda = lambda * (l1 + l2),
    standardize = design$standardize, intercept = design$intercept,
    thresh = THRESH, maxit = 1e7
  )
  stopifnot(length(path$lambda) == N_LAMBDAS, path$jerr == 0)
  coefs <- unname(as.matrix(t(path$beta)))
  colnames(coefs) <- colnames(X)
  cbind(design[rep(1, N_LAMBDAS), ], lambda = lambda, a0 = as.numeric(path$a0), coefs)
}

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) == 0) {
  folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
}

for (file in list.files(folder, "^[a-z_]+\\.csv$", full.names = TRUE)) {
  data <- read.csv(file)
  X <- as.matrix(data[, -(1:3)])
  for (family in c("gaussian", "binomial")) {
    y <- if (family == "gaussian") data$y else data$z
    rows <- seq_len(nrow(designs))
    table <- do.call(rbind, lapply(rows, function(i) fit(X, y, data$w, family, designs[i, ])))
    table[] <- lapply(table, function(column) sprintf("%.17g", as.numeric(column)))
    out <- sub("\\.csv$", paste0(".", family, ".csv"), file)
    write.csv(table, out, row.names = FALSE, quote = FALSE)
  }
}

versions <- c(R.version.string, paste("glmnet", packageVersion("glmnet")), paste("thresh", THRESH))
writeLines(versions, file.path(folder, "VERSIONS.txt"))
