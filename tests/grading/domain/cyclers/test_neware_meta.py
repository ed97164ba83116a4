"""What a Neware file says of its test."""

from grading.domain.cyclers.neware_meta import meta_of


class TestMetaOf:
    def test_tells_the_steps_of_the_schedule_with_their_limits(self):
        steps = {
            "Head_Info": {"Creator": {"Value": "OM"}},
            "Step_Info": {
                "Num": "2",
                "Step1": {"Step_ID": "1", "Step_Type": "4", "Limit": {"Main": {"Time": {"Value": "10000"}}}},
                "Step2": {"Step_ID": "2", "Step_Type": "6"},
            },
        }

        began, told = meta_of({"TestInfo": {"TestInfo": {"StartTime": "2025-09-24 09:29"}}, "Step": steps})

        assert began == "2025-09-24 09:29"
        assert told == {
            "steps": [{"step": "1", "type": "4", "Time": "10000"}, {"step": "2", "type": "6"}],
            "operator": "OM",
        }
