/** The media that parsers are measured on. */
package io.github.flinkkvs.benchmarks.parser.media;
