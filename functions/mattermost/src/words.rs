//! What a person reads when a click or a form is not believed: what happened and what to do.

pub(crate) const LATE: &str = "That click took too long to reach NightOwl, so nothing was done. \
                               Press the button again.";
/// The clocks differ, or nobody who clicked it has sent it.
pub(crate) const EARLY: &str = "NightOwl cannot tell when you clicked, so nothing was done. Press \
                                the button again, and tell an operator if that does not help.";
pub(crate) const USED: &str = "That click was taken before. Press the button again if you mean it \
                               once more.";
pub(crate) const NOT_CHECKED: &str = "NightOwl could not check just now that it was you who \
                                      clicked, so nothing was done. Press the button again in a \
                                      moment.";
/// It was signed with another key, or made by somebody else.
pub(crate) const OLD_BUTTON: &str = "This button is not one that NightOwl believes (any more), so \
                                     nothing was done. Use a newer message of the alert, or type \
                                     /nightowl help.";

pub(crate) const FORM_FORGED: &str = "This form is not one that NightOwl opened, so nothing was \
                                      done. Press the button on the alert again.";
pub(crate) const FORM_OF_ANOTHER: &str = "This form was opened for another person, so nothing was \
                                          done. Press the button on the alert yourself.";
pub(crate) const FORM_ELSEWHERE: &str = "This form was opened in another channel, so nothing was \
                                         done. Go back to the channel where you opened it, or \
                                         press the button there again.";
pub(crate) const FORM_LATE: &str = "This form was open for more than 15 minutes, so nothing was \
                                    done. Copy what you wrote and press the button on the alert \
                                    again.";
pub(crate) const FORM_USED: &str = "This form was sent before. Press the button on the alert again \
                                    to say more.";
pub(crate) const FORM_NOT_CHECKED: &str = "NightOwl is in trouble just now, so nothing was done. \
                                           Send the form again in a moment.";

/// Proved, and not of a form that any server is known to send.
pub(crate) const UNREADABLE: &str = "NightOwl cannot read what this Mattermost server sends for a \
                                     command, so nothing was done. Tell an operator.";
