/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.faults.Fault;

import javax.annotation.Nullable;

import java.util.List;
import java.util.stream.Collectors;

/** The faults of one PutMedia call. Owned by the event loop of its connection. */
final class UploadFaults {
    private final List<Fault> errors;
    private long breakAt = Long.MAX_VALUE;
    @Nullable private Fault breakFault;

    UploadFaults(List<Fault> faults) {
        errors =
                faults.stream()
                        .filter(fault -> fault.kind() == Fault.Kind.ERROR_ACK)
                        .collect(Collectors.toList());
        for (Fault fault : faults) {
            boolean breaks = fault.kind() == Fault.Kind.CUT || fault.kind() == Fault.Kind.STALL;
            if (breaks && fault.offset() < breakAt) {
                breakAt = fault.offset();
                breakFault = fault;
            }
        }
    }

    /** How many of the next bytes of the request are read. */
    int limit(long read, int next) {
        return (int) Math.min(next, breakAt - read);
    }

    /** The cut or stall that is due after this many bytes; null if none is. */
    @Nullable
    Fault breakAt(long read) {
        return read >= breakAt ? breakFault : null;
    }

    /** The error of the fragment that follows this many; null if it has none. */
    @Nullable
    AckError error(int fragments) {
        for (Fault fault : errors) {
            if (fault.offset() == fragments) {
                return AckError.valueOf(fault.text());
            }
        }
        return null;
    }
}
