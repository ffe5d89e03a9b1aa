/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.log;

import java.util.AbstractCollection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Entries in order of arrival; only a limited number of the newest are kept. */
public final class Newest<E> extends AbstractCollection<E> {
    private final Deque<E> entries = new ArrayDeque<>();
    private final int limit;

    /**
     * @param limit how many are kept, at least 1
     */
    public Newest(int limit) {
        this.limit = limit;
    }

    @Override
    public boolean add(E entry) {
        if (entries.size() == limit) {
            entries.removeFirst();
        }
        return entries.add(entry);
    }

    @Override
    public Iterator<E> iterator() {
        return entries.iterator();
    }

    @Override
    public int size() {
        return entries.size();
    }
}
