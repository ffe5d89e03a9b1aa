/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.media.clip.ClipException.Kind;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lists the fragments of a clip, again and again until nothing of its range can be missing any
 * more: the end of a range may be in the future, and a fragment is listed only after its end. Owned
 * by the worker of its {@link ClipFetcher}.
 */
final class ClipListing {

    /** The earliest time at which a list may have a fragment that begins after the range. */
    private static final long FIRST_MILLIS = Duration.ofSeconds(2).toMillis();

    private static final long INTERVAL_NANOS = Duration.ofSeconds(2).toNanos();

    /** A list that is longer is no list of a clip. */
    private static final int MAX_LISTED = 100_000;

    /** What is older than this before it leaves the retention may have left it meanwhile. */
    private static final long ABOUT_TO_EXPIRE_MILLIS = Duration.ofSeconds(10).toMillis();

    private final ClipRequest request;
    private final ClipFetch fetch;
    private final Consumer<ClipSelection> whenListed;

    private final List<ArchivedFragment> listed = new ArrayList<>();

    /** How much of the listed media is in the range, as far as the list says. */
    private long bytesInRange;

    /** Whether the range was listed from a time that the archive surely has. */
    private boolean shortened;

    /**
     * @param whenListed takes at least one fragment
     */
    ClipListing(ClipRequest request, ClipFetch fetch, Consumer<ClipSelection> whenListed) {
        this.request = request;
        this.fetch = fetch;
        this.whenListed = whenListed;
    }

    /** When to begin, by the service's clock: epoch millis. */
    long firstMillis() {
        return request.toMillis() + FIRST_MILLIS;
    }

    void begin() {
        listed.clear();
        bytesInRange = 0;
        shortened = false;
        page(ClipSelection.listed(request, fetch.oldestMillis(0)), null);
    }

    private void page(TimeRange range, @Nullable String token) {
        long wait = fetch.lane().takeList(fetch.nanoTime(), fetch.settings().listNanos);
        fetch.later(() -> request(range, token), wait);
    }

    private void request(TimeRange range, @Nullable String token) {
        fetch.archive()
                .list(fetch.stream().arn(), range, token)
                .whenComplete(
                        (page, error) ->
                                fetch.post(
                                        () -> {
                                            if (error != null) {
                                                fetch.again(error, () -> page(range, token));
                                            } else {
                                                take(range, page);
                                            }
                                        }));
    }

    private void take(TimeRange range, FragmentPage page) {
        fetch.onProgress();
        listed.addAll(page.fragments());
        bytesInRange += ClipSelection.bytesInRange(request, page.fragments());
        boolean last = page.nextToken() == null;
        boolean tooLarge =
                bytesInRange > fetch.settings().maxBytes || !last && listed.size() > MAX_LISTED;
        if (!last && !tooLarge) {
            page(range, page.nextToken());
            return;
        }
        long surely = fetch.oldestMillis(ABOUT_TO_EXPIRE_MILLIS);
        if (listed.isEmpty()
                && !shortened
                && range.fromMillis() < surely
                && surely <= range.toMillis()) {
            // The service may list nothing for a range that begins too early.
            shortened = true;
            page(new TimeRange(range.clock(), surely, range.toMillis()), null);
            return;
        }
        ClipSelection selection = ClipSelection.of(request, listed);
        if (tooLarge || selection.bytes() > fetch.settings().maxBytes) {
            fetch.fail(
                    Kind.TOO_LARGE,
                    "it has "
                            + (last ? "" : "more than ")
                            + selection.chosen().size()
                            + " fragments of "
                            + selection.bytes()
                            + " bytes, more than "
                            + ClipOptions.MAX_BYTES.key()
                            + " allows. Ask for a shorter time, or raise that");
        } else if (!selection.isSettled(page.serviceTimeMillis())) {
            fetch.setProblem("its media is not all archived yet");
            fetch.later(this::begin, INTERVAL_NANOS);
        } else if (selection.chosen().isEmpty()) {
            fetch.failWithoutMedia();
        } else {
            listed.clear();
            whenListed.accept(selection);
        }
    }
}
