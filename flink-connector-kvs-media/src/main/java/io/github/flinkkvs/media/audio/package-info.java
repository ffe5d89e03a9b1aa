/** WAV files of calls and of fragments: state, names, time, and limits of size. */
package io.github.flinkkvs.media.audio;
