/** Measures all peers of a task on one set, in JVMs of its own. */
package io.github.flinkkvs.benchmarks.parser.rounds;
