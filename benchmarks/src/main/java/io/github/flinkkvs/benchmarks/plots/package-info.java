/**
 * Plots of what the benchmarks measured. Each benchmark writes a JSON file of its own into the
 * folder {@code benchmarks/results}; its property {@code charts}, a list of {@link
 * io.github.flinkkvs.benchmarks.report.Chart}, is drawn.
 */
package io.github.flinkkvs.benchmarks.plots;
