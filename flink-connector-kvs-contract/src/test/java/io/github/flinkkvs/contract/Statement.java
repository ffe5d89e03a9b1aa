/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

/** Something that the connector relies on. Immutable. */
final class Statement {

    /** Asks the service; throws if it does not hold. */
    interface Check {
        void run() throws Exception;
    }

    /** In plain English. */
    final String text;

    final Check check;

    private Statement(String text, Check check) {
        this.text = text;
        this.check = check;
    }

    static Statement that(String text, Check check) {
        return new Statement(text, check);
    }
}
