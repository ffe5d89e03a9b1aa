/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.media;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Fragments of one kind, each as the service sends it.
 *
 * @param cluster how the size of their Clusters is written
 */
public record MediaSet(String name, String cluster, List<byte[]> documents) {

    /** Smaller bodies would be too short to time. */
    private static final int BODY_BYTES = 1_500_000;

    public String label() {
        return name + ", " + cluster;
    }

    public double bytesPerFragment() {
        return documents.stream().mapToInt(document -> document.length).average().orElseThrow();
    }

    public int largestFragment() {
        return documents.stream().mapToInt(document -> document.length).max().orElseThrow();
    }

    /** The fragments that the connector reads from the documents. */
    public List<Fragment> fragments() {
        List<Fragment> fragments = new ArrayList<>();
        try {
            for (byte[] document : documents) {
                fragments.addAll(FragmentReader.readAll("camera", null, document));
            }
        } catch (MkvException e) {
            throw new UncheckedIOException(e);
        }
        return fragments;
    }

    /** The documents, repeated; one body has all of them at least once. */
    public Body body() {
        List<byte[]> all = new ArrayList<>();
        for (long bytes = 0;
                bytes < BODY_BYTES;
                bytes += (long) bytesPerFragment() * documents.size()) {
            all.addAll(documents);
        }
        return Body.of(all);
    }

    /** Bodies of this total size, which exceeds the caches of the processor. */
    public List<Body> bodies(long totalBytes) {
        List<Body> bodies = new ArrayList<>();
        for (long bytes = 0; bytes < totalBytes; bytes += bodies.get(0).bytes().length) {
            bodies.add(body());
        }
        return bodies;
    }
}
