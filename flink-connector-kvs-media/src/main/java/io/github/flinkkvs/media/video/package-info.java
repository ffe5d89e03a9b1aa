/** Pictures of video: decoders, options, and functions of the DataStream API. */
package io.github.flinkkvs.media.video;
