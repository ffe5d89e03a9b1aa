/** Measures all peers of a task on one set, in a separate JVM. */
package io.github.flinkkvs.benchmarks.parser.rounds;
