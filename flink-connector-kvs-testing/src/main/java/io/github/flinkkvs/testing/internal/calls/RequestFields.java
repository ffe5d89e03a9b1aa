/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.calls;

import io.github.flinkkvs.testing.internal.streams.AwsError;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import javax.annotation.Nullable;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON object of a request, read as AWS does: each field has one type, and a value of another
 * type is a SerializationException, never converted. Fields that are absent or null are null here.
 * Immutable.
 */
public final class RequestFields {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** Far beyond every date; numbers with more digits are refused at once. */
    private static final int MAX_DIGITS_OF_SECONDS = 15;

    private static final int MILLIS_DIGITS = 3;

    private final JsonNode fields;

    private RequestFields(JsonNode fields) {
        this.fields = fields;
    }

    /** An empty body stands for an empty object. */
    public static RequestFields parse(byte[] body) throws AwsError {
        JsonNode fields = null;
        try {
            fields = body.length == 0 ? JsonNodeFactory.instance.objectNode() : JSON.readTree(body);
        } catch (JsonProcessingException | NumberFormatException e) {
            // Not JSON, or a number beyond what the parser takes: answered below.
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory", e);
        }
        if (fields == null || !fields.isObject()) {
            throw AwsError.serialization("The body is not a JSON object");
        }
        return new RequestFields(fields);
    }

    /**
     * @param texts fields, with null for those that are absent
     */
    public static RequestFields of(Map<String, String> texts) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        texts.forEach(fields::put);
        return new RequestFields(fields);
    }

    @Nullable
    public String text(String name) throws AwsError {
        JsonNode value = value(name);
        if (value != null && !value.isTextual()) {
            throw mismatch(value, "a String");
        }
        return value == null ? null : value.textValue();
    }

    @Nullable
    public Integer integer(String name) throws AwsError {
        JsonNode value = value(name);
        if (value != null && !(value.isIntegralNumber() && value.canConvertToInt())) {
            throw mismatch(value, "an Integer");
        }
        return value == null ? null : value.intValue();
    }

    /**
     * A time in seconds since the epoch, truncated to milliseconds.
     *
     * @throws AwsError also if it is beyond every date: writing out its digits could take forever
     */
    @Nullable
    public BigDecimal seconds(String name) throws AwsError {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw mismatch(value, "milliseconds since epoch");
        }
        BigDecimal seconds = value.decimalValue();
        long digits = (long) seconds.precision() - seconds.scale();
        if (seconds.signum() == 0 || digits < -MILLIS_DIGITS) {
            return BigDecimal.ZERO;
        }
        if (digits > MAX_DIGITS_OF_SECONDS) {
            throw AwsError.invalidArgument(name + " is out of range");
        }
        return seconds.scale() > MILLIS_DIGITS
                ? seconds.setScale(MILLIS_DIGITS, RoundingMode.DOWN)
                : seconds;
    }

    /** Without fields if it is absent. */
    public RequestFields object(String name) throws AwsError {
        JsonNode value = value(name);
        if (value == null) {
            return new RequestFields(JsonNodeFactory.instance.objectNode());
        }
        if (!value.isObject()) {
            throw mismatch(value, "a structure");
        }
        return new RequestFields(value);
    }

    public boolean has(String name) {
        return value(name) != null;
    }

    /** A list of strings; empty if it is absent. */
    public List<String> texts(String name) throws AwsError {
        JsonNode value = value(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw mismatch(value, "a list");
        }
        List<String> texts = new ArrayList<>(value.size());
        for (JsonNode entry : value) {
            if (!entry.isTextual()) {
                throw mismatch(entry, "a String");
            }
            texts.add(entry.textValue());
        }
        return texts;
    }

    /** A map of strings, in order; empty if it is absent. A null value is an empty one. */
    public Map<String, String> textMap(String name) throws AwsError {
        JsonNode value = value(name);
        if (value == null) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw mismatch(value, "a map");
        }
        RequestFields entries = new RequestFields(value);
        Map<String, String> texts = new LinkedHashMap<>();
        for (Iterator<String> keys = value.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            String text = entries.text(key);
            texts.put(key, text == null ? "" : text);
        }
        return texts;
    }

    @Nullable
    private JsonNode value(String name) {
        JsonNode value = fields.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private static AwsError mismatch(JsonNode value, String wanted) {
        switch (value.getNodeType()) {
            case STRING:
                return unconverted("STRING_VALUE", wanted);
            case NUMBER:
                return unconverted("NUMBER_VALUE", wanted);
            case BOOLEAN:
                return unconverted(value.booleanValue() ? "TRUE_VALUE" : "FALSE_VALUE", wanted);
            default:
                return AwsError.serialization(
                        "Start of structure or map found where not expected.");
        }
    }

    private static AwsError unconverted(String type, String wanted) {
        return AwsError.serialization(type + " can not be converted to " + wanted);
    }
}
