/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import org.apache.flink.annotation.PublicEvolving;

/** What an element holds, according to the specifications of Matroska and EBML. */
@PublicEvolving
public enum ElementType {
    /** Other elements. */
    MASTER("master"),
    /** An integer without a sign, of up to 64 bits. */
    UNSIGNED("uinteger"),
    /** An integer with a sign, of up to 64 bits. */
    SIGNED("integer"),
    /** A floating-point number of 32 or 64 bits. */
    FLOAT("float"),
    /** Text in ASCII. */
    STRING("string"),
    /** Text in UTF-8. */
    UTF_8("utf-8"),
    /** A date with a time, in nanoseconds. */
    DATE("date"),
    /** Bytes. Elements that the specifications do not define have this type, too. */
    BINARY("binary");

    private final String schemaName;

    ElementType(String schemaName) {
        this.schemaName = schemaName;
    }

    static ElementType ofSchema(String schemaName) {
        for (ElementType type : values()) {
            if (type.schemaName.equals(schemaName)) {
                return type;
            }
        }
        throw new IllegalArgumentException(schemaName);
    }
}
