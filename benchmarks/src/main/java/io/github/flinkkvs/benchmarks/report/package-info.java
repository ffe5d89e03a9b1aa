/** What all benchmarks do with their figures: statistics, result files, tables, charts. */
package io.github.flinkkvs.benchmarks.report;
