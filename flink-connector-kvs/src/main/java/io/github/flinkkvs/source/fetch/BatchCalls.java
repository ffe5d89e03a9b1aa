/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.mkv.FragmentNumber;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Plans and makes the calls for archived media. Guarded by the reader lock. */
final class BatchCalls {

    /** By default, five such batches fit into a second. */
    static final int MAX_POINTS = 95;

    private static final long MAX_BYTES = 16 << 20;

    private final BodyCall.Owner owner;
    private final StreamArchive archive;
    private final WantedFragments wanted;
    private final FragmentOrder order;
    private final BooleanSupplier allListed;
    private final long batchBytes;
    private final int points;

    /** How long to wait for the service's quota, in nanoseconds; 0 if it allows a call. */
    private long waitNanos;

    /**
     * @param order where what is requested is expected
     * @param allListed whether nothing more will be listed
     */
    BatchCalls(
            BodyCall.Owner owner,
            StreamArchive archive,
            WantedFragments wanted,
            FragmentOrder order,
            BooleanSupplier allListed) {
        this.owner = owner;
        this.archive = archive;
        this.wanted = wanted;
        this.order = order;
        this.allListed = allListed;
        this.batchBytes = Math.min(MAX_BYTES, archive.resources.budget().limit() / 4);
        this.points = archive.mediaPace.pointsPerCall(MAX_POINTS);
    }

    /** About how many bytes a batch has, if it has more than one fragment. */
    long batchBytes() {
        return batchBytes;
    }

    /**
     * How long to wait for the quota, in nanoseconds, if the last attempt to make a call returned
     * null because of it; else 0.
     */
    long waitNanos() {
        return waitNanos;
    }

    /** Requests the next wanted fragments; null if that is not possible at present. */
    @Nullable
    ArchiveBatch next() {
        waitNanos = 0;
        if (wanted.peek() == null || !affords(points)) {
            return null;
        }
        List<ArchivedFragment> fragments = new ArrayList<>();
        long bytes = wanted.peek().sizeBytes();
        do {
            fragments.add(wanted.poll());
            bytes += wanted.peek() == null ? 0 : wanted.peek().sizeBytes();
        } while (wanted.peek() != null && bytes <= batchBytes && fragments.size() < points - 1);
        ArchivedFragment successor = wanted.successor();
        if (successor == null && !allListed.getAsBoolean()) {
            // It will be listed soon.
            wanted.giveBack(fragments);
            return null;
        }
        fragments.forEach(order::expect);
        return request(fragments, false, successor);
    }

    /** Requests a single fragment again; null if the quota does not allow it yet. */
    @Nullable
    ArchiveBatch again(ArchivedFragment fragment) {
        waitNanos = 0;
        return affords(1) ? request(List.of(fragment), true, null) : null;
    }

    private boolean affords(int points) {
        waitNanos = archive.mediaPace.waitNanos(points, archive.resources.timer().nanoTime());
        return waitNanos == 0;
    }

    private ArchiveBatch request(
            List<ArchivedFragment> fragments, boolean alone, @Nullable ArchivedFragment successor) {
        List<FragmentNumber> numbers = new ArrayList<>();
        fragments.forEach(fragment -> numbers.add(fragment.number()));
        if (successor != null) {
            numbers.add(successor.number());
        }
        ArchivePace.Spending spending = archive.mediaPace.spend(numbers.size());
        BodyCall call =
                new BodyCall(
                        owner,
                        listener ->
                                archive.resources.archive().open(archive.arn, numbers, listener),
                        new BodyReader(archive.assemblers.get()),
                        archive.silenceTimeoutNanos,
                        archive.resources);
        call.begin();
        return new ArchiveBatch(fragments, successor, alone, call, spending, order);
    }

    /** A call was answered, or is given up. */
    void settle(ArchiveBatch batch) {
        batch.spending().settle(archive.resources.timer().nanoTime());
    }

    /** Gives up a call of which nothing was read. */
    void giveBack(ArchiveBatch batch) {
        settle(batch);
        batch.call().cancel();
        batch.fragments().forEach(order::forget);
        wanted.giveBack(batch.fragments());
    }
}
