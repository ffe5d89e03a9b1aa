/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import io.github.flinkkvs.testing.faults.Fault;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The faults of one body. Owned by the event loop of its connection. */
final class BodyFaults {
    private static final Set<Fault.Kind> BYTE_FAULTS =
            EnumSet.of(Fault.Kind.CUT, Fault.Kind.STALL, Fault.Kind.CORRUPT, Fault.Kind.DRIP);

    private long breakAt = Long.MAX_VALUE;
    @Nullable private Fault breakFault;
    private int drip = Integer.MAX_VALUE;
    private Duration dripPause = Duration.ZERO;
    private final List<Fault> corruptions = new ArrayList<>();
    private final List<Fault> errorTags = new ArrayList<>();
    private final List<Fault> repeats = new ArrayList<>();

    BodyFaults(List<Fault> faults) {
        for (Fault fault : faults) {
            switch (fault.kind()) {
                case CUT:
                case STALL:
                    if (fault.offset() < breakAt) {
                        breakAt = fault.offset();
                        breakFault = fault;
                    }
                    break;
                case CORRUPT:
                    corruptions.add(fault);
                    break;
                case DRIP:
                    drip = fault.number();
                    dripPause = fault.time();
                    break;
                case ERROR_TAG:
                    errorTags.add(fault);
                    break;
                case REPEAT:
                    repeats.add(fault);
                    break;
                default:
                    // Faults of the answer happen before the body begins.
            }
        }
    }

    /** Whether faults concern the bytes of a body, whatever they mean. */
    static boolean concern(List<Fault> faults) {
        return faults.stream().map(Fault::kind).anyMatch(BYTE_FAULTS::contains);
    }

    /** The cut or stall that is due after this many bytes; null if none is. */
    @Nullable
    Fault breakAt(long sent) {
        return sent >= breakAt ? breakFault : null;
    }

    /** How many bytes the next write may have. */
    int limit(long sent, int max) {
        return (int) Math.min(Math.min(max, drip), breakAt - sent);
    }

    boolean drips() {
        return drip != Integer.MAX_VALUE;
    }

    long dripPauseMillis() {
        return dripPause.toMillis();
    }

    /** The in-band error that is due after this many fragments; null if none is. */
    @Nullable
    Fault errorTag(int fragments) {
        for (Fault fault : errorTags) {
            if (fault.offset() == fragments) {
                return fault;
            }
        }
        return null;
    }

    /** Whether the last fragment is to be sent again; true once for each such fault. */
    boolean repeat(int fragments) {
        return repeats.removeIf(fault -> fault.offset() == fragments);
    }

    /** The bytes to send at this offset of the body, corrupted where a fault says so. */
    ByteBuf corrupt(long sent, ByteBuf bytes) {
        ByteBuf result = bytes;
        for (Fault fault : corruptions) {
            byte[] other = fault.bytes();
            long from = Math.max(fault.offset(), sent);
            long to = Math.min(fault.offset() + other.length, sent + bytes.readableBytes());
            if (from < to) {
                if (result == bytes) {
                    result = Unpooled.copiedBuffer(bytes);
                }
                result.setBytes(
                        (int) (from - sent),
                        other,
                        (int) (from - fault.offset()),
                        (int) (to - from));
            }
        }
        return result;
    }
}
