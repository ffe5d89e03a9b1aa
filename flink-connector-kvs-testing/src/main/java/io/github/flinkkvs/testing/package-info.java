/**
 * An embedded Kinesis Video Streams: a server that unmodified AWS clients talk to, cameras that
 * push real media into its streams, and faults on demand. Start with {@link
 * io.github.flinkkvs.testing.EmbeddedKvs}.
 */
@ParametersAreNonnullByDefault
package io.github.flinkkvs.testing;

import javax.annotation.ParametersAreNonnullByDefault;
