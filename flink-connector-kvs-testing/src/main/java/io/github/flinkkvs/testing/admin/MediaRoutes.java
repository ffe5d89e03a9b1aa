/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.media.ClipLoop;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Requests that push media. */
final class MediaRoutes {
    private static final int MAX_FRAGMENTS = 10_000;
    private static final int MAX_FRAGMENT_BYTES = 50_000_000;
    private static final long CLIP_FRAGMENT_MILLIS = 1_000;

    private static final Map<String, Supplier<MediaClip>> CLIPS =
            Map.of(
                    "h264", MediaClip::h264,
                    "h264WithAac", MediaClip::h264WithAac,
                    "pcm", MediaClip::pcm);

    private final EmbeddedKvs kvs;

    /** By the ARN of their stream. */
    private final Map<String, Camera> cameras = new ConcurrentHashMap<>();

    MediaRoutes(EmbeddedKvs kvs) {
        this.kvs = kvs;
    }

    void addTo(Routes routes) {
        routes.add("POST", "/streams/{stream}/fragments", this::push);
        routes.add("PUT", "/streams/{stream}/camera", this::startCamera);
        routes.add("DELETE", "/streams/{stream}/camera", this::stopCamera);
    }

    private Answer push(AdminCall call) throws AdminException {
        EmbeddedStream stream = StreamRoutes.stream(kvs, call);
        Fields fields = call.body();
        int count = fields.number("count", 1, 1, MAX_FRAGMENTS);
        int bytes = fields.number("bytes", 0, 0, MAX_FRAGMENT_BYTES);
        MediaClip clip = clip(fields);
        Map<String, String> tags = fields.texts("tags");
        long start = fields.number("producerTimestampMillis", kvs.clock().millis());
        fields.end();
        if (bytes > 0 && clip != null) {
            throw AdminException.wrong("A fragment has a clip or a number of bytes, not both");
        }
        ArrayNode pushed = JsonNodeFactory.instance.arrayNode();
        ClipLoop loop =
                new ClipLoop(clip == null ? MediaClip.h264() : clip, CLIP_FRAGMENT_MILLIS, 0);
        for (int i = 0; i < count; i++) {
            long offset = i * CLIP_FRAGMENT_MILLIS;
            MediaFragment.Builder media;
            if (bytes > 0) {
                media = MediaFragment.ofSize(bytes, stream.pushed().size()).toBuilder();
            } else {
                ClipLoop.Part part = loop.next();
                offset = part.startMillis();
                media = part.media();
            }
            tags.forEach(media::tagAfter);
            pushed.add(
                    FragmentRoutes.json(
                            stream.push(media.producerTimestampMillis(start + offset).build())));
        }
        return Answer.created(pushed);
    }

    @Nullable
    private static MediaClip clip(Fields fields) throws AdminException {
        String name = fields.text("clip");
        if (name != null && !CLIPS.containsKey(name)) {
            throw AdminException.wrong(
                    "There is no clip '" + name + "'; there is h264, h264WithAac, pcm");
        }
        return name == null ? null : CLIPS.get(name).get();
    }

    private Answer startCamera(AdminCall call) throws AdminException {
        EmbeddedStream stream = StreamRoutes.stream(kvs, call);
        Fields fields = call.body();
        Camera.Builder camera = Camera.builder(stream);
        MediaClip clip = clip(fields);
        if (clip != null) {
            camera.clip(clip);
        }
        Duration duration = fields.seconds("fragmentDuration");
        if (duration != null) {
            camera.fragmentDuration(duration);
        }
        camera.fragments(fields.number("fragments", 0));
        camera.speed(fields.decimal("speed", 1));
        fields.texts("tags").forEach(camera::tag);
        fields.end();
        Camera built = camera.build();
        Camera before = cameras.put(stream.arn(), built);
        if (before != null) {
            before.close();
        }
        built.start();
        return Answer.done();
    }

    private Answer stopCamera(AdminCall call) throws AdminException {
        Camera camera = cameras.remove(StreamRoutes.stream(kvs, call).arn());
        if (camera == null) {
            throw new AdminException(
                    404, "The camera of " + call.path("stream") + " was not started");
        }
        camera.close();
        return Answer.done();
    }
}
