/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
/**
 * An embedded Kinesis Video Streams: a server that unmodified AWS clients talk to, cameras that
 * push real media into its streams, and faults on demand. Start with {@link
 * io.github.flinkkvs.testing.EmbeddedKvs}.
 *
 * <p>Public API are this package and the packages {@code behavior}, {@code faults}, {@code log},
 * {@code media} and {@code cli} in it. What is in {@code internal} may change at any time.
 */
@ParametersAreNonnullByDefault
package io.github.flinkkvs.testing;

import javax.annotation.ParametersAreNonnullByDefault;
