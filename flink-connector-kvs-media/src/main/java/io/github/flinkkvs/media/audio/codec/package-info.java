/** How the audio of a track is coded, and the decoders that make linear samples of it. */
package io.github.flinkkvs.media.audio.codec;
