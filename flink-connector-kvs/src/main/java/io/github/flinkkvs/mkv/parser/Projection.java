/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import org.apache.flink.annotation.Internal;

/**
 * A Projection element: how a plane picture is rotated and mirrored. Other projections count as not
 * rotated.
 */
@Internal
public final class Projection {

    public static final Projection NONE = new Projection(0, 0, 0, 0);

    private final long type;
    private final double yaw;
    private final double pitch;
    private final double roll;

    private Projection(long type, double yaw, double pitch, double roll) {
        this.type = type;
        this.yaw = yaw;
        this.pitch = pitch;
        this.roll = roll;
    }

    public static Projection read(EbmlCursor projection) throws MkvException {
        long type = 0;
        double yaw = 0;
        double pitch = 0;
        double roll = 0;
        while (projection.next()) {
            switch (projection.id()) {
                case MkvElements.PROJECTION_TYPE:
                    type = projection.unsigned();
                    break;
                case MkvElements.PROJECTION_POSE_YAW:
                    yaw = projection.floating();
                    break;
                case MkvElements.PROJECTION_POSE_PITCH:
                    pitch = projection.floating();
                    break;
                case MkvElements.PROJECTION_POSE_ROLL:
                    roll = projection.floating();
                    break;
                default:
                    break;
            }
        }
        return new Projection(type, yaw, pitch, roll);
    }

    /** The rotation counterclockwise in degrees: 0, 90, 180 or 270. */
    public int rotation() {
        return isTurnedByQuarters() ? (int) Math.floorMod(Math.round(roll), 360L) : 0;
    }

    public boolean isMirrored() {
        return isTurnedByQuarters() && yaw != 0;
    }

    /** False if an angle is NaN. */
    private boolean isTurnedByQuarters() {
        return type == 0
                && pitch == 0
                && (yaw == 0 || Math.abs(yaw) == 180)
                && Math.abs(roll) <= 360
                && Math.round(roll) % 90 == 0;
    }
}
