/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Lists and opens the archived fragments of streams. Thread-safe. */
@Internal
public interface FragmentArchive {

    /** The most fragments that one page has. */
    int PAGE_SIZE = 1_000;

    /**
     * Requests one page of a stream's fragments that begin within a range (ListFragments); never
     * blocks. The list is eventually consistent: a fragment may be missing for about a second after
     * its end.
     *
     * @param nextToken of the page before, in the same range; null for the first page
     * @return fails with the service's own exception, or because the answer cannot be used; {@code
     *     ErrorTable} says what that means. Cancelling it gives the call up
     */
    CompletableFuture<FragmentPage> list(
            StreamArn stream, TimeRange range, @Nullable String nextToken);

    /**
     * Begins a GetMediaForFragmentList call; never blocks on the network. The body is read only as
     * far as it is {@linkplain MediaCall#request requested}. It is in no guaranteed order, has no
     * trailing Tags, and an error document in place of each fragment that the service does not
     * find.
     *
     * @param fragments 1 to 1000, all of this stream
     * @param listener as with {@link MediaService#open}
     */
    MediaCall open(StreamArn stream, List<FragmentNumber> fragments, MediaListener listener);

    /** Forgets the data endpoints of a stream, so that the next call looks them up again. */
    void forgetEndpoint(StreamArn stream);
}
