/** Decoding video: frames per second on one processor, compared with the ffmpeg program. */
package io.github.flinkkvs.benchmarks.decode;
