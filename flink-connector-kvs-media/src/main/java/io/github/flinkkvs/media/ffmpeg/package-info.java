/** FFmpeg's native libraries, and what its decoders and encoders share. */
package io.github.flinkkvs.media.ffmpeg;
