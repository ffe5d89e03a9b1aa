/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations;

import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

/** The points that operations of archived media cost, shared by all consumers of a stream. */
final class FragmentPoints {
    private FragmentPoints() {}

    /** Takes points of metadata for a call. */
    static void takeMetadata(ServiceState service, Call call, int cost) throws AwsError {
        take(service, call, "metadata", cost, service.limits().fragmentMetadataPerSecond());
    }

    /** Takes points of media for a call. */
    static void takeMedia(ServiceState service, Call call, int cost) throws AwsError {
        take(service, call, "media", cost, service.limits().fragmentMediaPerSecond());
    }

    private static void take(ServiceState service, Call call, String kind, int cost, int perSecond)
            throws AwsError {
        boolean refuse = service.behavior().archive().refusesListsBeyondQuota();
        if (!call.stream().calls().admit(kind, cost, perSecond, refuse)) {
            throw AwsError.callLimit(call.operation(), call.stream().name());
        }
        call.points(cost);
    }
}
