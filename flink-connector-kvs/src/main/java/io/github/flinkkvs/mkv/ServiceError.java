/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

/**
 * An error that the service sends in place of a fragment, within a body that began with HTTP status
 * 200. Its tags are AWS_KINESISVIDEO_ERROR_ID and AWS_KINESISVIDEO_ERROR_CODE, or, as documented
 * for archived media, AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE and AWS_KINESISVIDEO_EXCEPTION_MESSAGE.
 * Immutable.
 */
@PublicEvolving
public final class ServiceError {

    /** The value of {@link #id()} if the service sent none, or one that is not a number. */
    public static final int NO_ID = -1;

    private final int id;
    private final String code;
    @Nullable private final FragmentNumber fragmentNumber;

    ServiceError(int id, String code, @Nullable FragmentNumber fragmentNumber) {
        this.id = id;
        this.code = code;
        this.fragmentNumber = fragmentNumber;
    }

    /** The number of the error, such as 4000; or {@link #NO_ID}. */
    public int id() {
        return id;
    }

    /** The name of the error, such as FRAGMENT_NOT_FOUND, or its message; empty if absent. */
    public String code() {
        return code;
    }

    /** The fragment that the error is about; null if the service does not name one. */
    @Nullable
    public FragmentNumber fragmentNumber() {
        return fragmentNumber;
    }

    @Override
    public String toString() {
        return "error "
                + id
                + " "
                + code
                + (fragmentNumber == null ? "" : " of fragment " + fragmentNumber);
    }
}
