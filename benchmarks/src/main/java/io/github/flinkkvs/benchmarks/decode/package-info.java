/** Decoding video: frames a second of one processor, beside the ffmpeg program. */
package io.github.flinkkvs.benchmarks.decode;
