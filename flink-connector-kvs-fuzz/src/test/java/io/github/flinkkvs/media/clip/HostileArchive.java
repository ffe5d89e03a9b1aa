/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.client.streams.StreamListing;
import io.github.flinkkvs.mkv.FragmentNumber;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/**
 * An archive that lists what it is told to, and answers each call for media with the same bytes.
 */
final class HostileArchive implements KvsConnection, StreamDirectory, FragmentArchive {

    private static final StreamArn STREAM =
            StreamArn.parse("arn:aws:kinesisvideo:eu-central-1:1:stream/camera/1");

    private static final int PIECE = 8_192;

    private final FuzzWorker worker;
    private final List<ArchivedFragment> listed;
    private final byte[] body;
    private int open;

    HostileArchive(FuzzWorker worker, List<ArchivedFragment> listed, byte[] body) {
        this.worker = worker;
        this.listed = listed;
        this.body = body;
    }

    /** How many calls for media are neither over nor cancelled. */
    int open() {
        return open;
    }

    @Override
    public CompletableFuture<StreamDescription> describe(String nameOrArn) {
        return CompletableFuture.completedFuture(
                new StreamDescription(STREAM, Integer.MAX_VALUE, Long.MAX_VALUE / 2));
    }

    @Override
    public CompletableFuture<FragmentPage> list(
            StreamArn stream, TimeRange range, @Nullable String nextToken) {
        return CompletableFuture.completedFuture(
                new FragmentPage(listed, null, Long.MAX_VALUE / 2));
    }

    @Override
    public MediaCall open(
            StreamArn stream, List<FragmentNumber> fragments, MediaListener listener) {
        open++;
        return new Call(listener);
    }

    private final class Call implements MediaCall {
        private final MediaListener listener;
        private int sent;
        private boolean begun;
        private boolean over;

        Call(MediaListener listener) {
            this.listener = listener;
        }

        @Override
        public void request(int pieces) {
            worker.post(() -> send(pieces));
        }

        private void send(int pieces) {
            if (!begun) {
                begun = true;
                listener.onTurn();
                listener.onResponse("request", 0);
            }
            for (int i = 0; i < pieces && !over; i++) {
                if (sent == body.length) {
                    end();
                    listener.onEnd();
                    return;
                }
                int end = Math.min(sent + PIECE, body.length);
                ByteBuffer piece = ByteBuffer.wrap(Arrays.copyOfRange(body, sent, end));
                sent = end;
                listener.onBytes(piece);
            }
        }

        @Override
        public void cancel() {
            end();
        }

        private void end() {
            if (!over) {
                over = true;
                open--;
            }
        }
    }

    @Override
    public void forgetEndpoint(StreamArn stream) {}

    @Override
    public void forget(StreamArn stream) {}

    @Override
    public StreamDirectory directory() {
        return this;
    }

    @Override
    public FragmentArchive archive() {
        return this;
    }

    @Override
    public StreamListing listing() {
        throw new UnsupportedOperationException();
    }

    @Override
    public MediaService media() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledExecutorService executor() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
