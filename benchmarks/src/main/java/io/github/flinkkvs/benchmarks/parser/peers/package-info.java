/** The measured parsers, ours and others, behind one interface. */
package io.github.flinkkvs.benchmarks.parser.peers;
