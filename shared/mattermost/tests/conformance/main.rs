//! Mattermost against its double, through the suite that every provider passes, once for each
//! server that the double can be. All of them have the same column of features.

mod callbacks;
mod seal;
mod seen;
mod subject;

mod newest {
    nightowl_messaging::provider_conformance!(
        crate::subject::MattermostSubject<crate::subject::Newest>
    );
}

mod newer {
    nightowl_messaging::provider_conformance!(
        crate::subject::MattermostSubject<crate::subject::Newer>
    );
}

mod oldest {
    nightowl_messaging::provider_conformance!(
        crate::subject::MattermostSubject<crate::subject::Oldest>
    );
}
