/**
 * Kinesis video streams as tables of Flink SQL, and their options. Below it: {@code catalog}, the
 * streams of an account; {@code factory}, what a table declares; {@code scan}, what the planner
 * pushes down; {@code rows}, columns and their values. Each may import those after it, and all may
 * import the options.
 */
package io.github.flinkkvs.table;
