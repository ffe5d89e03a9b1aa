/** Measured processes and their CPU time. */
package io.github.flinkkvs.benchmarks.jvm;
