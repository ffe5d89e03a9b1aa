/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import javax.annotation.Nullable;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A JSON object whose fields are taken one by one. What nobody takes is a mistake: {@link #end()}
 * names it, and what there is instead. Not thread-safe.
 */
final class Fields {
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(10_000_000_000L);

    /** Such as {@code limits}; empty for a request. */
    private final String of;

    private final ObjectNode fields;
    private final Set<String> taken = new TreeSet<>();

    Fields(String of, ObjectNode fields) {
        this.of = of;
        this.fields = fields;
    }

    /** An empty body stands for an empty object. */
    static Fields parse(byte[] body) throws AdminException {
        JsonNode parsed;
        try {
            parsed = body.length == 0 ? JsonNodeFactory.instance.objectNode() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw AdminException.wrong("The body is not JSON: " + e.getOriginalMessage());
        } catch (NumberFormatException e) {
            throw AdminException.wrong("The body is not JSON: a number has too many digits");
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory", e);
        }
        if (!parsed.isObject()) {
            throw AdminException.wrong("The body is not a JSON object, {...}");
        }
        return new Fields("", (ObjectNode) parsed);
    }

    /** Names of the fields that are there. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        fields.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Nullable
    String text(String name) throws AdminException {
        JsonNode value = take(name);
        if (value != null && !value.isTextual()) {
            throw mismatch(name, "a text", value);
        }
        return value == null ? null : value.textValue();
    }

    String requiredText(String name) throws AdminException {
        return required(name, text(name));
    }

    /** A whole number, or the other one if the field is absent. */
    long number(String name, long otherwise) throws AdminException {
        JsonNode value = take(name);
        if (value != null && !(value.isIntegralNumber() && value.canConvertToLong())) {
            throw mismatch(name, "a whole number", value);
        }
        return value == null ? otherwise : value.longValue();
    }

    /** A whole number between two others; {@code otherwise} if the field is absent. */
    int number(String name, int otherwise, int least, int most) throws AdminException {
        long number = number(name, otherwise);
        if (number < least || number > most) {
            throw AdminException.wrong(
                    place(name) + " is between " + least + " and " + most + ", not " + number);
        }
        return (int) number;
    }

    int requiredNumber(String name, int least, int most) throws AdminException {
        required(name, take(name));
        return number(name, 0, least, most);
    }

    long requiredLong(String name) throws AdminException {
        required(name, take(name));
        return number(name, 0);
    }

    boolean requiredFlag(String name) throws AdminException {
        required(name, take(name));
        return flag(name, false);
    }

    double decimal(String name, double otherwise) throws AdminException {
        JsonNode value = take(name);
        if (value != null && !value.isNumber()) {
            throw mismatch(name, "a number", value);
        }
        return value == null ? otherwise : value.doubleValue();
    }

    boolean flag(String name, boolean otherwise) throws AdminException {
        JsonNode value = take(name);
        if (value != null && !value.isBoolean()) {
            throw mismatch(name, "true or false", value);
        }
        return value == null ? otherwise : value.booleanValue();
    }

    /** A time in seconds, such as 0.3. */
    @Nullable
    Duration seconds(String name) throws AdminException {
        JsonNode value = take(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || value.decimalValue().abs().compareTo(MAX_SECONDS) > 0) {
            throw mismatch(name, "a number of seconds", value);
        }
        return duration(value.decimalValue());
    }

    private static Duration duration(BigDecimal seconds) {
        long whole = seconds.longValue();
        long nanos = seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue();
        return Duration.ofSeconds(whole, nanos);
    }

    Duration requiredSeconds(String name) throws AdminException {
        return required(name, seconds(name));
    }

    @Nullable
    <E extends Enum<E>> E constant(String name, Class<E> type) throws AdminException {
        String text = text(name);
        if (text == null) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw AdminException.wrong(
                place(name)
                        + " is one of "
                        + Arrays.toString(type.getEnumConstants())
                        + ", not '"
                        + text
                        + "'");
    }

    <E extends Enum<E>> E requiredConstant(String name, Class<E> type) throws AdminException {
        return required(name, constant(name, type));
    }

    byte[] requiredBytes(String name) throws AdminException {
        return required(name, bytes(name));
    }

    /** Bytes in hexadecimal digits. */
    @Nullable
    byte[] bytes(String name) throws AdminException {
        String text = text(name);
        if (text == null) {
            return null;
        }
        if (!text.matches("([0-9a-fA-F]{2})+")) {
            throw AdminException.wrong(place(name) + " is bytes in hexadecimal, such as 00ff");
        }
        byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    /** An object of texts; empty if it is absent. */
    Map<String, String> texts(String name) throws AdminException {
        JsonNode value = take(name);
        Map<String, String> texts = new LinkedHashMap<>();
        if (value != null) {
            if (!value.isObject()) {
                throw mismatch(name, "an object of texts", value);
            }
            Fields inner = new Fields(name, (ObjectNode) value);
            for (String key : inner.names()) {
                texts.put(key, inner.requiredText(key));
            }
        }
        return texts;
    }

    Fields object(String name) throws AdminException {
        JsonNode value = required(name, take(name));
        if (!value.isObject()) {
            throw mismatch(name, "an object", value);
        }
        return new Fields(name, (ObjectNode) value);
    }

    /** An array of objects. */
    List<Fields> objects(String name) throws AdminException {
        JsonNode value = required(name, take(name));
        List<Fields> objects = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isObject()) {
                throw mismatch(name, "an array of objects", value);
            }
            objects.add(new Fields(name, (ObjectNode) element));
        }
        if (objects.isEmpty()) {
            throw mismatch(name, "an array of objects", value);
        }
        return objects;
    }

    /**
     * @throws AdminException if there is a field that was not asked for
     */
    void end() throws AdminException {
        for (String name : names()) {
            if (!taken.contains(name)) {
                throw AdminException.wrong(
                        "There is no "
                                + place(name)
                                + (taken.isEmpty()
                                        ? ""
                                        : "; there is " + String.join(", ", taken)));
            }
        }
    }

    @Nullable
    private JsonNode take(String name) {
        taken.add(name);
        JsonNode value = fields.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private <T> T required(String name, @Nullable T value) throws AdminException {
        if (value == null) {
            throw AdminException.wrong(place(name) + " is missing");
        }
        return value;
    }

    private AdminException mismatch(String name, String wanted, JsonNode value) {
        String found = value.toString();
        return AdminException.wrong(
                place(name)
                        + " is "
                        + wanted
                        + ", not "
                        + (found.length() > 50 ? found.substring(0, 50) + "..." : found));
    }

    private String place(String name) {
        return (of.isEmpty() ? "" : of + ".") + name;
    }
}
