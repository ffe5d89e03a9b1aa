/** Processes that are measured, and what they cost. */
package io.github.flinkkvs.benchmarks.jvm;
