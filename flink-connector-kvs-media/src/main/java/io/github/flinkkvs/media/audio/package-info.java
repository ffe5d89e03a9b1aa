/** WAV files of calls and of fragments: state, names, time, and what may be how large. */
package io.github.flinkkvs.media.audio;
