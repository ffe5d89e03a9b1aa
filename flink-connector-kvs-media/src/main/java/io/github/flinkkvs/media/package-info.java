/** Pictures, sound and files from the fragments and frames of Kinesis video streams. */
package io.github.flinkkvs.media;
