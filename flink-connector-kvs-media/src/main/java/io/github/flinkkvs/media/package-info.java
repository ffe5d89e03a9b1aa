/**
 * What the functions of this module emit, pictures and sound, with their serializers. Savepoints
 * contain the names of serializers, so they stay in this package.
 */
package io.github.flinkkvs.media;
