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

import javax.annotation.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The NextToken of a listing: where the listing continues, and which listing it is. */
public final class PageToken {
    private static final char SEPARATOR = '\n';
    private static final int MAX_LENGTH = 1_024;

    private PageToken() {}

    /**
     * @param scope the listing that the token belongs to; without line breaks
     * @param last the last entry that was listed
     */
    public static String encode(String scope, String last) {
        return Base64.getEncoder()
                .encodeToString((scope + SEPARATOR + last).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The entry after which the listing continues; null, its beginning, without a token.
     *
     * @throws AwsError if the token was not made for this listing
     */
    @Nullable
    public static String decode(String scope, @Nullable String token) throws AwsError {
        if (token == null) {
            return null;
        }
        if (token.length() <= MAX_LENGTH) {
            try {
                String text = new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
                if (text.startsWith(scope + SEPARATOR)) {
                    return text.substring(scope.length() + 1);
                }
            } catch (IllegalArgumentException e) {
                // Not even Base64: refused below like any other that is not ours.
            }
        }
        throw AwsError.invalidArgument("NextToken is not valid");
    }
}
