/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.behavior.StreamStatus;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.Map;
import java.util.NoSuchElementException;

/** Requests that create, change and delete streams. */
final class StreamRoutes {
    private final EmbeddedKvs kvs;

    StreamRoutes(EmbeddedKvs kvs) {
        this.kvs = kvs;
    }

    void addTo(Routes routes) {
        routes.add("GET", "/streams", call -> Answer.of(list()));
        routes.add("POST", "/streams", this::create);
        routes.add("GET", "/streams/{stream}", call -> Answer.of(json(stream(kvs, call))));
        routes.add("PATCH", "/streams/{stream}", this::change);
        routes.add("DELETE", "/streams/{stream}", this::delete);
        routes.add("POST", "/streams/{stream}/faults", this::addFaults);
        routes.add("DELETE", "/streams/{stream}/faults", this::clearFaults);
    }

    /** The stream that the path names. */
    static EmbeddedStream stream(EmbeddedKvs kvs, AdminCall call) throws AdminException {
        try {
            return kvs.stream(call.path("stream"));
        } catch (NoSuchElementException e) {
            throw new AdminException(404, e.getMessage());
        }
    }

    private ArrayNode list() {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        kvs.streams().forEach(stream -> list.add(json(stream)));
        return list;
    }

    private static ObjectNode json(EmbeddedStream stream) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("name", stream.name())
                        .put("arn", stream.arn())
                        .put("status", stream.status().name())
                        .put("retention", stream.retention().toMillis() / 1000.0)
                        .put("mediaEndpoint", stream.mediaEndpoint().toString())
                        .put("archiveEndpoint", stream.archiveEndpoint().toString())
                        .put("fragments", stream.fragments().size());
        ObjectNode tags = json.putObject("tags");
        stream.tags().forEach(tags::put);
        return json;
    }

    private Answer create(AdminCall call) throws AdminException {
        Fields fields = call.body();
        StreamSettings.Builder settings = kvs.settings(fields.requiredText("name"));
        Duration retention = fields.seconds("retention");
        if (retention != null) {
            settings.retention(retention);
        }
        if (fields.names().contains("retentionBytes")) {
            settings.retentionBytes(fields.requiredLong("retentionBytes"));
        }
        if (fields.names().contains("keepExpired")) {
            settings.keepExpired(fields.requiredFlag("keepExpired"));
        }
        String mediaType = fields.text("mediaType");
        if (mediaType != null) {
            settings.mediaType(mediaType);
        }
        settings.tags(fields.texts("tags"));
        fields.end();
        return Answer.created(json(kvs.createStream(settings.build())));
    }

    /** Everything is checked before the first thing happens. */
    private Answer change(AdminCall call) throws AdminException {
        EmbeddedStream stream = stream(kvs, call);
        Fields fields = call.body();
        StreamStatus status = fields.constant("status", StreamStatus.class);
        Duration retention = fields.seconds("retention");
        Map<String, String> tags = fields.texts("tags");
        fields.end();
        StreamSettings.Builder changed = kvs.settings(stream.name()).tags(stream.tags()).tags(tags);
        if (retention != null) {
            changed.retention(retention);
        }
        changed.build();
        if (status != null) {
            stream.status(status);
        }
        if (retention != null) {
            stream.retention(retention);
        }
        tags.forEach(stream::tag);
        return Answer.of(json(stream));
    }

    private Answer delete(AdminCall call) throws AdminException {
        kvs.deleteStream(stream(kvs, call).name());
        return Answer.done();
    }

    private Answer addFaults(AdminCall call) throws AdminException {
        FaultForms.add(stream(kvs, call).faults(), call.body());
        return Answer.done();
    }

    private Answer clearFaults(AdminCall call) throws AdminException {
        stream(kvs, call).faults().clear();
        return Answer.done();
    }
}
