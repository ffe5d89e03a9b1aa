/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.document;

import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvSchema;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A {@link MkvDocument} or an {@link MkvElement}, with access to the elements in it. Nothing is
 * read in advance or cached: each call searches again, and reads the headers of the elements on its
 * way.
 *
 * <p>Names are those of the specification (RFC 9559), such as {@code SimpleBlock}. The name of an
 * unknown element is its id, such as {@code 0x3A5A5A}. Elements may be nested 64 levels deep.
 *
 * <p>Immutable and thread-safe. All methods throw an {@link MkvException} if they meet bytes that
 * violate the rules of EBML, and an {@link IllegalArgumentException} for a name that no element
 * has.
 */
@PublicEvolving
public abstract class MkvNode {

    private final byte[] document;
    private final int depth;

    MkvNode(byte[] document, int depth) {
        this.document = document;
        this.depth = depth;
    }

    /** The direct children in document order; empty if this is not a master element. */
    public List<MkvElement> children() throws MkvException {
        List<MkvElement> children = new ArrayList<>();
        EbmlCursor cursor = cursor();
        while (cursor.next()) {
            children.add(new MkvElement(this, cursor));
        }
        return Collections.unmodifiableList(children);
    }

    /**
     * All elements at a path, which begins with a direct child, such as {@code
     * Segment/Tracks/TrackEntry} in a document.
     */
    public List<MkvElement> children(String path) throws MkvException {
        List<MkvElement> found = new ArrayList<>();
        follow(this, ids(path), 0, Integer.MAX_VALUE, found);
        return Collections.unmodifiableList(found);
    }

    /** The first of {@link #children(String)}; null if there is none. */
    @Nullable
    public MkvElement child(String path) throws MkvException {
        List<MkvElement> found = new ArrayList<>(1);
        follow(this, ids(path), 0, 1, found);
        return found.isEmpty() ? null : found.get(0);
    }

    /** All elements with a name, at any depth, in document order. */
    public List<MkvElement> findAll(String name) throws MkvException {
        return findAll(id(name));
    }

    /** The first of {@link #findAll(String)}; null if there is none. */
    @Nullable
    public MkvElement find(String name) throws MkvException {
        return find(id(name));
    }

    /**
     * All elements with an id, at any depth, in document order.
     *
     * @param id with its length marker, as the specification writes it: 0xA3 is a SimpleBlock
     */
    public List<MkvElement> findAll(int id) throws MkvException {
        List<MkvElement> found = new ArrayList<>();
        search(this, id, Integer.MAX_VALUE, found);
        return Collections.unmodifiableList(found);
    }

    /** The first of {@link #findAll(int)}; null if there is none. */
    @Nullable
    public MkvElement find(int id) throws MkvException {
        List<MkvElement> found = new ArrayList<>(1);
        search(this, id, 1, found);
        return found.isEmpty() ? null : found.get(0);
    }

    /** The names from the document down to this element, with slashes between them. */
    public abstract String path();

    /** A cursor before the first child. */
    abstract EbmlCursor cursor() throws MkvException;

    final byte[] documentBytes() {
        return document;
    }

    /** The number of elements above this one, itself included. */
    final int depth() {
        return depth;
    }

    private static void follow(MkvNode from, int[] ids, int step, int limit, List<MkvElement> into)
            throws MkvException {
        EbmlCursor cursor = from.cursor();
        while (into.size() < limit && cursor.next()) {
            if (cursor.id() == ids[step]) {
                MkvElement child = new MkvElement(from, cursor);
                if (step == ids.length - 1) {
                    into.add(child);
                } else {
                    follow(child, ids, step + 1, limit, into);
                }
            }
        }
    }

    private static void search(MkvNode from, int id, int limit, List<MkvElement> into)
            throws MkvException {
        EbmlCursor cursor = from.cursor();
        while (into.size() < limit && cursor.next()) {
            MkvElement child = new MkvElement(from, cursor);
            if (child.id() == id) {
                into.add(child);
            }
            if (into.size() < limit) {
                search(child, id, limit, into);
            }
        }
    }

    private static int[] ids(String path) {
        String[] names = path.split("/", -1);
        int[] ids = new int[names.length];
        for (int i = 0; i < names.length; i++) {
            ids[i] = id(names[i]);
        }
        return ids;
    }

    private static int id(String name) {
        MkvSchema.Element known = MkvSchema.find(name);
        if (known != null) {
            return known.id();
        }
        try {
            if (name.startsWith("0x")) {
                return Integer.parseUnsignedInt(name, 2, name.length(), 16);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("No element of Matroska has the name '" + name + "'");
    }
}
