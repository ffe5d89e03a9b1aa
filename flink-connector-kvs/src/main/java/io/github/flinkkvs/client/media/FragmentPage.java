/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.List;

/** One answer of ListFragments. Immutable. */
@Internal
public final class FragmentPage {

    private final List<ArchivedFragment> fragments;
    @Nullable private final String nextToken;
    private final long serviceTimeMillis;

    /**
     * @param nextToken null with the last page
     * @param serviceTimeMillis the service's clock when it answered: epoch millis, whole seconds
     */
    public FragmentPage(
            List<ArchivedFragment> fragments, @Nullable String nextToken, long serviceTimeMillis) {
        this.fragments = List.copyOf(fragments);
        this.nextToken = nextToken;
        this.serviceTimeMillis = serviceTimeMillis;
    }

    /** In no particular order, not even across pages. */
    public List<ArchivedFragment> fragments() {
        return fragments;
    }

    /** Leads to the next page; null if this is the last one. */
    @Nullable
    public String nextToken() {
        return nextToken;
    }

    /** The service's clock when it answered: epoch millis, whole seconds. */
    public long serviceTimeMillis() {
        return serviceTimeMillis;
    }
}
