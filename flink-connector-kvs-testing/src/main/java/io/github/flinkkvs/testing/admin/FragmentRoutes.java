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
import io.github.flinkkvs.testing.log.StoredFragment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;

/** Requests that read stored fragments, spoil them and let them expire. */
final class FragmentRoutes {
    private static final int MAX_BYTES = 50_000_000;

    private final EmbeddedKvs kvs;

    FragmentRoutes(EmbeddedKvs kvs) {
        this.kvs = kvs;
    }

    void addTo(Routes routes) {
        routes.add("GET", "/streams/{stream}/fragments", this::list);
        routes.add("DELETE", "/streams/{stream}/fragments", this::expire);
        routes.add("GET", "/streams/{stream}/fragments/{number}", this::bytes);
        routes.add("PATCH", "/streams/{stream}/fragments/{number}", this::spoil);
    }

    static ArrayNode json(Collection<StoredFragment> fragments) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        fragments.forEach(fragment -> list.add(json(fragment)));
        return list;
    }

    static ObjectNode json(StoredFragment fragment) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("number", fragment.number())
                .put("serverTimestampMillis", fragment.serverTimestampMillis())
                .put("producerTimestampMillis", fragment.producerTimestampMillis())
                .put("size", fragment.size())
                .put("intact", fragment.intact());
    }

    private Answer list(AdminCall call) throws AdminException {
        return Answer.of(json(StreamRoutes.stream(kvs, call).fragments()));
    }

    private StoredFragment stored(AdminCall call) throws AdminException {
        try {
            return StreamRoutes.stream(kvs, call).fragment(call.path("number"));
        } catch (NumberFormatException | NoSuchElementException e) {
            throw new AdminException(
                    404,
                    call.path("stream") + " has no fragment " + call.path("number") + " any more");
        }
    }

    private Answer bytes(AdminCall call) throws AdminException {
        return Answer.media(stored(call).bytes());
    }

    /** Everything is checked before the first thing happens. */
    private Answer spoil(AdminCall call) throws AdminException {
        EmbeddedStream stream = StreamRoutes.stream(kvs, call);
        StoredFragment fragment = stored(call);
        String number = fragment.number();
        Fields fields = call.body();
        List<String> names = fields.names();
        int offset = fields.number("at", 0, 0, Integer.MAX_VALUE);
        byte[] corrupt = fields.bytes("corrupt");
        int larger = fields.number("oversizeBy", 0, 0, MAX_BYTES);
        boolean neverComplete = fields.flag("neverComplete", false);
        int lose = fields.number("lose", 0, 0, Integer.MAX_VALUE);
        int unlist = fields.number("unlist", 0, 0, Integer.MAX_VALUE);
        fields.end();
        if (corrupt != null) {
            stream.corrupt(number, offset, corrupt);
        }
        if (larger > 0) {
            stream.oversize(number, larger);
        }
        if (neverComplete) {
            stream.neverComplete(number);
        }
        if (names.contains("lose")) {
            stream.lose(number, lose);
        }
        if (names.contains("unlist")) {
            stream.unlist(number, unlist);
        }
        return Answer.of(json(fragment));
    }

    private Answer expire(AdminCall call) throws AdminException {
        EmbeddedStream stream = StreamRoutes.stream(kvs, call);
        String before = call.query("before");
        if (before == null) {
            stream.expireAll();
        } else if (before.matches("[0-9]{1,128}")) {
            stream.expireBefore(before);
        } else {
            throw AdminException.wrong("before is a fragment number, not '" + before + "'");
        }
        return Answer.of(json(stream.fragments()));
    }
}
