/** What is inside the frames of some codecs. */
package io.github.flinkkvs.mkv.bitstream;
