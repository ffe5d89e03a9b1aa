/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.peers;

import io.github.flinkkvs.benchmarks.parser.media.Body;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Visits the connector's fragments: either parsed from the body in chunks of 64 KiB, or already at
 * hand, as in a job that gets them from the source.
 */
public abstract class OwnFragments implements Contender {

    private final Connector connector;
    private final boolean atHand;
    private final Map<Body, List<Fragment>> parsed = new IdentityHashMap<>();

    public OwnFragments(boolean atHand, int largestFragment) {
        this.connector = new Connector(64 << 10, largestFragment);
        this.atHand = atHand;
    }

    @Override
    public final void read(Body body, Consumer<Object> sink) throws Exception {
        if (atHand) {
            parsed.get(body).forEach(fragment -> visitUnchecked(fragment, sink));
        } else {
            parse(body, fragment -> visitUnchecked(fragment, sink));
        }
    }

    @Override
    public final void prepare(Body body) throws Exception {
        if (atHand) {
            List<Fragment> fragments = new ArrayList<>();
            parse(body, fragments::add);
            parsed.put(body, fragments);
        }
    }

    private void parse(Body body, Consumer<Fragment> each) throws Exception {
        connector.read(
                body,
                found -> {
                    if (found instanceof Fragment fragment) {
                        each.accept(fragment);
                    }
                });
    }

    private void visitUnchecked(Fragment fragment, Consumer<Object> sink) {
        try {
            visit(fragment, sink);
        } catch (MkvException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hands over what this contender finds in a fragment. */
    public abstract void visit(Fragment fragment, Consumer<Object> sink) throws MkvException;
}
