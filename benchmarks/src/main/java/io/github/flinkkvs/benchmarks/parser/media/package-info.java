/** The media on which parsers are measured. */
package io.github.flinkkvs.benchmarks.parser.media;
