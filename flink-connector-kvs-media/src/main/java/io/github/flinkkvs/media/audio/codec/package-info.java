/** How the audio of a track is coded, and the decoders that turn it into linear samples. */
package io.github.flinkkvs.media.audio.codec;
