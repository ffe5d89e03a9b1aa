/** The parsers that are measured, ours and others, each behind one interface. */
package io.github.flinkkvs.benchmarks.parser.peers;
