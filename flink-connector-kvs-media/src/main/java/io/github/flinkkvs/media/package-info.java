/**
 * What the functions of this module emit, pictures and sound, with their serializers. Serializers
 * stand in savepoints by name, so they stay in this package.
 */
package io.github.flinkkvs.media;
