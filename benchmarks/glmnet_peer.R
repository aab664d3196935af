# R's glmnet, spoken to over standard input as exchange.py describes.
#
# glmnet scales y to unit variance internally, which leaves the L1 part of a penalty as it is and
# divides its L2 part by sd(y). So it gets y/sd(y), and the lambda and alpha that mean the same
# problem for it; coefficients are scaled back off the clock.

suppressPackageStartupMessages(library(glmnet))
# All lambdas, also where the deviance hardly changes.
glmnet.control(fdev = 0, devmax = 1)

chunk_seconds <- 0.1 # proc.time counts milliseconds: calls are timed in chunks of this length

read_job <- function(line) {
  fields <- strsplit(line, "\t", fixed = TRUE)[[1]]
  doubles <- function(name, n) readBin(file.path(fields[1], name), "double", n)
  n <- as.integer(fields[8])
  p <- as.integer(fields[9])
  k <- as.integer(fields[10])
  default <- fields[5] == "default"
  list(
    folder = fields[1], task = fields[2], loss = fields[3], l1_ratio = as.numeric(fields[4]),
    thresh = if (default) 1e-7 else as.numeric(fields[5]),
    maxit = if (default) 1e5 else 1e8,
    seconds = as.numeric(fields[6]), long = as.numeric(fields[7]), k = k,
    x = matrix(doubles("X.bin", n * p), n, p), y = doubles("y.bin", n),
    lambdas = doubles("lambdas.bin", k), folds = doubles("folds.bin", n)
  )
}

# Some rows as glmnet is to see them.
problem_of <- function(job, rows) {
  y <- job$y[rows]
  s <- if (job$loss == "gaussian") sqrt(mean((y - mean(y))^2)) else 1
  l1 <- job$lambdas * job$l1_ratio / s
  l2 <- job$lambdas * (1 - job$l1_ratio)
  list(
    x = job$x[rows, , drop = FALSE], y = y / s, s = s, lambda = l1 + l2,
    alpha = l1[1] / (l1[1] + l2[1]),
    family = c(gaussian = "gaussian", logistic = "binomial")[[job$loss]]
  )
}

path_of <- function(these, job) {
  glmnet(these$x, these$y, these$family,
    alpha = these$alpha, lambda = these$lambda, thresh = job$thresh, maxit = job$maxit
  )
}

cross_validation_of <- function(these, job) {
  cv.glmnet(these$x, these$y,
    family = these$family, foldid = job$folds + 1, alpha = these$alpha,
    lambda = these$lambda, thresh = job$thresh, maxit = job$maxit
  )
}

# Intercept and coefficients, 1 + p by k; where glmnet gave up, its last fit for the lambdas left.
coefficients_of <- function(fit, s, k) {
  values <- s * rbind(fit$a0, as.matrix(fit$beta))
  values[, pmin(seq_len(k), ncol(values)), drop = FALSE]
}

cpu <- function() sum(proc.time()[c("user.self", "sys.self")])

# Seconds of each repetition, and the result. The first call warms up, and counts only if it is the
# only one.
time_calls <- function(call, job) {
  gc()
  begin <- cpu()
  result <- call()
  first <- cpu() - begin
  if (job$seconds <= 0 || first >= job$long) return(list(seconds = first, result = result))
  size <- max(1, ceiling(chunk_seconds / max(first, 1e-3)))
  times <- numeric(0)
  spent <- 0
  while (spent < job$seconds || length(times) == 0) {
    begin <- cpu()
    for (i in seq_len(size)) call()
    took <- cpu() - begin
    spent <- spent + took
    if (took < chunk_seconds / 2) size <- 4 * size else times <- c(times, took / size)
  }
  list(seconds = times, result = result)
}

answer <- function(line) {
  job <- read_job(line)
  all_rows <- problem_of(job, seq_along(job$y))
  if (job$task == "path") {
    timed <- time_calls(function() path_of(all_rows, job), job)
    fits <- coefficients_of(timed$result, all_rows$s, job$k)
  } else {
    timed <- time_calls(function() cross_validation_of(all_rows, job), job)
    fits <- sapply(0:1, function(fold) { # CERTIFIED_FOLDS
      train <- problem_of(job, which(job$folds != fold))
      coefficients_of(path_of(train, job), train$s, job$k)
    })
  }
  writeBin(as.double(timed$seconds), file.path(job$folder, "seconds.bin"))
  writeBin(as.double(fits), file.path(job$folder, "fits.bin"))
  "ok"
}

input <- file("stdin", open = "r")
while (length(line <- readLines(input, 1)) > 0) {
  said <- tryCatch(suppressWarnings(answer(line)), error = function(e) conditionMessage(e))
  cat(gsub("\n", " ", said), "\n", sep = "")
  flush(stdout())
}
