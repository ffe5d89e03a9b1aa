/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ebml;

import io.github.flinkkvs.testing.behavior.ErrorDocument;

import javax.annotation.Nullable;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * The Tags elements and the error document that the service itself adds to the producer's media.
 */
public final class ServiceTags {
    public static final String FRAGMENT_NUMBER = "AWS_KINESISVIDEO_FRAGMENT_NUMBER";
    public static final String SERVER_TIMESTAMP = "AWS_KINESISVIDEO_SERVER_TIMESTAMP";
    public static final String PRODUCER_TIMESTAMP = "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP";
    public static final String MILLIS_BEHIND_NOW = "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW";
    public static final String CONTINUATION_TOKEN = "AWS_KINESISVIDEO_CONTINUATION_TOKEN";
    public static final String ERROR_CODE = "AWS_KINESISVIDEO_ERROR_CODE";
    public static final String ERROR_ID = "AWS_KINESISVIDEO_ERROR_ID";

    // The names of archived media in the documentation, which no recording has.
    private static final String SERVER_SIDE_TIMESTAMP = "AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP";
    private static final String PRODUCER_SIDE_TIMESTAMP =
            "AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP";
    private static final String EXCEPTION_ERROR_CODE = "AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE";
    private static final String EXCEPTION_MESSAGE = "AWS_KINESISVIDEO_EXCEPTION_MESSAGE";

    /** The service writes every size of its own tags in four bytes. */
    private static final int SIZE_LENGTH = 4;

    private ServiceTags() {}

    public static byte[] leading(String number, long serverMillis, long producerMillis) {
        return tags(
                FRAGMENT_NUMBER,
                number,
                SERVER_TIMESTAMP,
                seconds(serverMillis),
                PRODUCER_TIMESTAMP,
                seconds(producerMillis));
    }

    public static byte[] trailing(String number, long millisBehindNow) {
        return tags(MILLIS_BEHIND_NOW, Long.toString(millisBehindNow), CONTINUATION_TOKEN, number);
    }

    /** The leading Tags of archived media under their documented names. */
    public static byte[] leadingAsDocumented(
            String number, long serverMillis, long producerMillis) {
        return tags(
                FRAGMENT_NUMBER,
                number,
                SERVER_SIDE_TIMESTAMP,
                seconds(serverMillis),
                PRODUCER_SIDE_TIMESTAMP,
                seconds(producerMillis));
    }

    public static byte[] error(int id, String code, @Nullable String number, ErrorDocument form) {
        return error(number, form, ERROR_CODE, code, ERROR_ID, Integer.toString(id));
    }

    /** An error in archived media under the documented names. */
    public static byte[] exception(int code, String message, String number, ErrorDocument form) {
        return error(
                number,
                form,
                EXCEPTION_ERROR_CODE,
                Integer.toString(code),
                EXCEPTION_MESSAGE,
                message);
    }

    private static byte[] error(
            @Nullable String number, ErrorDocument form, String... namesAndValues) {
        List<String> all = new ArrayList<>(List.of(namesAndValues));
        if (number != null && form != ErrorDocument.MINI_DOCUMENT_WITHOUT_NUMBER) {
            all.add(FRAGMENT_NUMBER);
            all.add(number);
        }
        byte[] tags = tags(all.toArray(new String[0]));
        if (form == ErrorDocument.BARE_TAGS) {
            return tags;
        }
        EbmlWriter header = new EbmlWriter();
        header.text(0x4282, "matroska", 1).unsigned(0x4287, 2).unsigned(0x4285, 2);
        return new EbmlWriter()
                .bytes(Ebml.EBML, header.toByteArray(), 8)
                .id(Ebml.SEGMENT)
                .unknownSize(8)
                .raw(tags)
                .toByteArray();
    }

    public static String seconds(long millis) {
        return BigDecimal.valueOf(millis, 3).toPlainString();
    }

    private static byte[] tags(String... namesAndValues) {
        return new EbmlWriter()
                .master(
                        Ebml.TAGS,
                        SIZE_LENGTH,
                        tags ->
                                tags.master(
                                        Ebml.TAG,
                                        SIZE_LENGTH,
                                        tag -> {
                                            for (int i = 0; i < namesAndValues.length; i += 2) {
                                                simpleTag(
                                                        tag,
                                                        namesAndValues[i],
                                                        namesAndValues[i + 1]);
                                            }
                                        }))
                .toByteArray();
    }

    private static void simpleTag(EbmlWriter tag, String name, String value) {
        tag.master(
                Ebml.SIMPLE_TAG,
                SIZE_LENGTH,
                simple ->
                        simple.text(Ebml.TAG_NAME, name, SIZE_LENGTH)
                                .text(Ebml.TAG_STRING, value, SIZE_LENGTH));
    }
}
