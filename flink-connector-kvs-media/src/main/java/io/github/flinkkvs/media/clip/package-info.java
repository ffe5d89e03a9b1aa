/** Clips: the archived media of a range of time as one playable file. */
package io.github.flinkkvs.media.clip;
