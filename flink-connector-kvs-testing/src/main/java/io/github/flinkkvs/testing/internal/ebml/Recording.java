/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ebml;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Cuts recorded GetMedia output into its documents and reads the service's tags in them. */
public final class Recording {
    private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{0,15})?");

    private Recording() {}

    public static List<Document> documents(byte[] file) {
        List<Document> documents = new ArrayList<>();
        int offset = 0;
        while (offset < file.length) {
            Document document = new Document(file, offset);
            if (document.end == offset) {
                throw new IllegalArgumentException("No document at offset " + offset);
            }
            documents.add(document);
            offset = document.end;
        }
        return documents;
    }

    /** One document: [start, end) of the file. */
    public static final class Document {
        public final int start;
        public final int end;
        private final Map<String, String> serviceTags = new HashMap<>();
        private long lastBlock;
        private long blockBeforeLast;
        private long trailingTagsStart = -1;

        private Document(byte[] file, int start) {
            this.start = start;
            end = walk(file, start);
        }

        private int walk(byte[] file, int start) {
            int offset = start;
            EbmlElement element;
            while ((element = EbmlElement.at(file, offset, file.length)) != null) {
                if (element.id == Ebml.EBML && offset != start) {
                    return offset;
                }
                if (element.id == Ebml.SEGMENT
                        || element.id == Ebml.CLUSTER && element.unknownSize()) {
                    offset = element.payload;
                    continue;
                }
                if (element.unknownSize()) {
                    throw new IllegalArgumentException("Unknown size at offset " + offset);
                }
                if (element.id == Ebml.CLUSTER) {
                    blocks(file, element);
                } else if (element.id == Ebml.SIMPLE_BLOCK) {
                    block(file, element);
                }
                if (element.end() > file.length) {
                    return file.length;
                }
                if (element.id == Ebml.TAGS) {
                    tags(file, element);
                }
                offset = (int) element.end();
            }
            return file.length;
        }

        private void blocks(byte[] file, EbmlElement cluster) {
            int limit = (int) Math.min(cluster.end(), file.length);
            int offset = cluster.payload;
            EbmlElement element;
            while ((element = EbmlElement.at(file, offset, limit)) != null
                    && element.end() <= limit) {
                if (element.id == Ebml.SIMPLE_BLOCK) {
                    block(file, element);
                }
                offset = (int) element.end();
            }
        }

        private void block(byte[] file, EbmlElement block) {
            if (block.payload + 4 <= file.length) {
                long offset = (short) EbmlElement.unsigned(file, block.payload + 1, 2);
                if (offset > lastBlock) {
                    blockBeforeLast = lastBlock;
                    lastBlock = offset;
                }
            }
        }

        private void tags(byte[] file, EbmlElement tags) {
            int offset = tags.payload;
            String name = null;
            EbmlElement element;
            while ((element = EbmlElement.within(file, offset, (int) tags.end())) != null) {
                if (element.id == Ebml.TAG || element.id == Ebml.SIMPLE_TAG) {
                    offset = element.payload;
                    continue;
                }
                if (element.id == Ebml.TAG_NAME) {
                    name = element.text();
                } else if (element.id == Ebml.TAG_STRING && name != null) {
                    serviceTags.put(name, element.text());
                    if (name.equals(ServiceTags.CONTINUATION_TOKEN)) {
                        trailingTagsStart = tags.start;
                    }
                }
                offset = (int) element.end();
            }
        }

        public BigInteger number() {
            String number = serviceTags.get(ServiceTags.FRAGMENT_NUMBER);
            if (number == null) {
                throw new IllegalArgumentException(
                        "The document at offset " + start + " has no fragment number");
            }
            return new BigInteger(number);
        }

        public long serverTimestampMillis() {
            return millis(serviceTags.get(ServiceTags.SERVER_TIMESTAMP));
        }

        public long producerTimestampMillis() {
            return millis(serviceTags.get(ServiceTags.PRODUCER_TIMESTAMP));
        }

        public long durationMillis() {
            return lastBlock + (lastBlock - blockBeforeLast);
        }

        public boolean complete() {
            return trailingTagsStart >= 0;
        }

        /** Bytes before the service's trailing Tags. */
        public int trailingTagsOffset() {
            return complete() ? (int) trailingTagsStart - start : end - start;
        }

        private static long millis(String seconds) {
            if (seconds == null) {
                return 0;
            }
            if (!SECONDS.matcher(seconds).matches()) {
                throw new IllegalArgumentException("'" + seconds + "' is not a timestamp");
            }
            return new BigDecimal(seconds).movePointRight(3).longValue();
        }
    }
}
