/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.faults;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The faults scripted for a stream (or, on the server, for all calls): for the next calls, in
 * order, and for every call. Thread-safe: guarded by its own monitor.
 */
public final class Faults {
    private static final String GET_MEDIA = "GetMedia";

    private final Map<String, Deque<List<Fault>>> next = new HashMap<>();
    private final Map<String, List<Fault>> every = new HashMap<>();

    /** Adds faults for the next GetMedia call that has none yet, all on the same connection. */
    public Faults nextConnection(Fault... faults) {
        return nextCall(GET_MEDIA, faults);
    }

    /** Lets the next GetMedia call that has no faults yet pass unharmed. */
    public Faults nextConnectionUnharmed() {
        return nextConnection();
    }

    /** Adds faults for every GetMedia call from now on, in addition to those for single calls. */
    public Faults everyConnection(Fault... faults) {
        return everyCall(GET_MEDIA, faults);
    }

    /**
     * @param operation such as {@code GetDataEndpoint}
     */
    public synchronized Faults nextCall(String operation, Fault... faults) {
        next.computeIfAbsent(operation, key -> new ArrayDeque<>()).add(List.of(faults));
        return this;
    }

    /**
     * @param operation such as {@code GetDataEndpoint}
     */
    public synchronized Faults everyCall(String operation, Fault... faults) {
        every.computeIfAbsent(operation, key -> new ArrayList<>()).addAll(List.of(faults));
        return this;
    }

    /** Forgets everything scripted; open bodies keep their faults. */
    public synchronized void clear() {
        next.clear();
        every.clear();
    }

    /**
     * Takes the faults of a call that has just arrived, which uses up those scripted for a single
     * call. Called by the service.
     */
    public synchronized List<Fault> take(String operation) {
        List<Fault> taken = new ArrayList<>(every.getOrDefault(operation, List.of()));
        Deque<List<Fault>> queue = next.get(operation);
        if (queue != null && !queue.isEmpty()) {
            taken.addAll(queue.remove());
        }
        return taken;
    }
}
